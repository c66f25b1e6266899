import { chartTable } from '../src/page/chart-table.js';
import type { Chart } from '../src/page/charts.js';
import { barsLegend, drawBars } from './charts/bars.js';
import { drawCurves } from './charts/curves.js';
import { drawHeat, heatLegend } from './charts/heat.js';
import { drawIntervals } from './charts/intervals.js';
import { drawMatrix } from './charts/matrix.js';
import { drawPath } from './charts/path.js';
import { coloursNow } from './colours.js';
import { dataTable } from './data-table.js';
import type { Frame } from './frame.js';
import { MapFigure } from './map-figure.js';
import { csvBlob, offer, pngBlob } from './save.js';
import { say, type State } from './state.js';

/** A figure of the page: drawn as wide as it is, again when that or a choice of the reader changes, with its data and its files. */
export class Figure {
  private readonly place: HTMLElement;
  private readonly map: MapFigure | null;
  private svg: SVGSVGElement | null = null;

  constructor(
    figure: HTMLElement,
    private readonly chart: Chart,
    private readonly state: State,
  ) {
    this.place = figure.querySelector('.drawing')!;
    this.map =
      chart.kind === 'map' ? new MapFigure(chart, () => this.draw(), state.data.atlases[chart.atlas ?? 0]?.columns ?? 1) : null;
    if (this.map) this.place.before(this.map.controls);
    figure.querySelector('details.data')!.addEventListener('toggle', ({ target }) => this.showData(target as HTMLDetailsElement));
    for (const button of figure.querySelectorAll<HTMLButtonElement>('[data-save]'))
      button.addEventListener('click', () => void this.save(button.dataset['save'] as 'png' | 'csv'));
    state.watch(() => this.draw());
    let width = 0;
    new ResizeObserver(([entry]) => {
      const now = Math.round(entry!.contentRect.width);
      if (now === width) return;
      width = now;
      requestAnimationFrame(() => this.draw());
    }).observe(this.place);
  }

  private draw(): void {
    const width = Math.floor(this.place.clientWidth);
    if (width < 40) return;
    const frame: Frame = { state: this.state, colours: coloursNow(this.state.data.groups.length), width };
    if (this.map) {
      this.svg = this.map.draw(frame, this.place);
      return;
    }
    const { svg, legend } = drawn(this.chart, frame);
    this.svg = svg;
    this.place.replaceChildren(...[legend, svg].filter((node) => node !== null));
  }

  private showData(details: HTMLDetailsElement): void {
    if (!details.open || details.querySelector('table')) return;
    details.append(dataTable(this.chart.title, chartTable(this.chart, this.state.data.groups)));
  }

  private async save(kind: 'png' | 'csv'): Promise<void> {
    const table = (): Blob => csvBlob(chartTable(this.chart, this.state.data.groups));
    const content =
      kind === 'csv' ? table() : await pngBlob(this.svg!, coloursNow(0).ground);
    offer(`${this.chart.id}.${kind}`, content);
    say(`${this.chart.id}.${kind} is saved`);
  } // prettier-ignore
}

function drawn(chart: Exclude<Chart, { kind: 'map' }> | Chart, frame: Frame): { svg: SVGSVGElement; legend: Element | null } {
  switch (chart.kind) {
    case 'curves':
      return { svg: drawCurves(chart, frame), legend: null };
    case 'path':
      return { svg: drawPath(chart, frame), legend: null };
    case 'heat':
      return { svg: drawHeat(chart, frame), legend: heatLegend(chart, frame) };
    case 'bars':
      return { svg: drawBars(chart, frame), legend: barsLegend(chart, frame) };
    case 'intervals':
      return { svg: drawIntervals(chart, frame), legend: null };
    case 'matrix':
      return { svg: drawMatrix(chart, frame), legend: null };
    case 'map':
      throw new Error('a map draws itself');
  }
}
