import type { MapChart } from '../src/page/charts.js';
import { groupColours } from '../src/page/palette.js';
import { isDark } from './colours.js';
import { colouredClasses, drawMap, type MapChoice } from './charts/map.js';
import type { Frame } from './frame.js';
import { say } from './state.js';

/** Controls of a map, its drawing, and the image of the sample that is pointed at, by mouse or by the arrow keys. */
export class MapFigure {
  readonly controls = document.createElement('p');
  private readonly choice: MapChoice = { view: 0, only: null, at: null };
  private readonly looked = document.createElement('p');
  private readonly key = document.createElement('ul');

  constructor(
    private readonly chart: MapChart,
    private readonly redraw: () => void,
    private readonly atlasColumns: number,
  ) {
    this.controls.className = 'control';
    this.choice.view = chart.views.length - 1;
    this.key.className = 'parts';
    this.looked.className = 'looked';
    this.select('Projection', chart.views.map(({ name }, at) => [String(at), name]), (value) => (this.choice.view = Number(value)), String(this.choice.view)); // prettier-ignore
    const present = [...new Set(chart.labels ?? [])].filter((label) => label >= 0).sort((a, b) => a - b);
    if (present.length > 1)
      this.select('Class', [['', 'several'], ...present.map((label) => [String(label), chart.classes[label] ?? String(label)] as const)], (value) => (this.choice.only = value === '' ? null : Number(value)), ''); // prettier-ignore
  }

  draw(frame: Frame, place: HTMLElement): SVGSVGElement {
    const svg = drawMap(this.chart, frame, this.choice);
    svg.setAttribute('tabindex', '0');
    svg.addEventListener('input', () => this.look((svg as unknown as { value?: { sample: number } | null }).value?.sample));
    svg.addEventListener('keydown', (event) => this.keyDown(event));
    this.drawKey();
    place.replaceChildren(svg, this.looked, this.key);
    return svg;
  }

  private keyDown(event: KeyboardEvent): void {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const order = this.order();
    const at = this.choice.at === null ? (step > 0 ? 0 : order.length - 1) : order.indexOf(this.choice.at) + step;
    const sample = order[(at + order.length) % order.length]!;
    this.choice.at = sample;
    this.redraw();
    this.look(sample);
    const drawn = this.looked.parentElement?.querySelector('svg');
    drawn?.focus();
  }

  /** Samples from left to right, those of the chosen class where there is one. */
  private order(): number[] {
    const { labels, views } = this.chart;
    const { only, view } = this.choice;
    const samples = views[view]!.points.map((_, at) => at).filter((at) => only === null || labels?.[at] === only);
    return samples.sort((a, b) => views[view]!.points[a]![0] - views[view]!.points[b]![0]);
  }

  private look(sample: number | undefined): void {
    if (sample === undefined) return;
    const { atlas, images, names, labels, classes } = this.chart;
    const label = labels && labels[sample]! >= 0 ? (classes[labels[sample]!] ?? String(labels[sample])) : null;
    const words = label === null ? names[sample]! : `${label}: ${names[sample]!}`;
    const parts: (Node | string)[] = [words];
    if (atlas !== null) {
      const image = document.createElement('span');
      const at = images[sample]!;
      image.className = `sprite a${atlas}`;
      image.style.cssText = `--x:${at % this.atlasColumns};--y:${Math.floor(at / this.atlasColumns)}`;
      parts.unshift(image);
    }
    this.looked.replaceChildren(...parts);
    say(words);
  }

  private drawKey(): void {
    if (!this.chart.labels) return;
    const range = groupColours(10).map((pair) => pair[isDark() ? 1 : 0]);
    const items = colouredClasses(this.chart, this.choice.only).map((label, at) => {
      const item = document.createElement('li');
      const swatch = document.createElement('i');
      swatch.className = 'swatch';
      swatch.style.background = range[at]!;
      item.append(swatch, this.chart.classes[label] ?? String(label));
      return item;
    });
    this.key.replaceChildren(...items);
  }

  private select(
    name: string,
    options: readonly (readonly [string, string])[],
    chosen: (value: string) => void,
    first: string,
  ): void {
    const label = document.createElement('label');
    const select = document.createElement('select');
    for (const [value, text] of options) select.add(new Option(text, value, false, value === first));
    select.addEventListener('change', () => {
      chosen(select.value);
      this.choice.at = null;
      this.redraw();
    });
    label.append(`${name} `, select);
    this.controls.append(label, ' ');
  }
}
