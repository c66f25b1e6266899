import type { PageData } from '../src/page/html.js';
import { isDark } from './colours.js';
import { Figure } from './figure.js';
import { csvBlob, offer, readTable } from './save.js';
import { say, State } from './state.js';

const state = new State(JSON.parse(document.getElementById('data')!.textContent) as PageData);

legend();
smoothing();
theme();
tables();
for (const figure of document.querySelectorAll<HTMLElement>('figure[data-chart]')) {
  const chart = state.data.charts.find(({ id }) => id === figure.dataset['chart']);
  if (chart) new Figure(figure, chart, state);
}

/** A box for each group: unticked, it is left out of the plots. */
function legend(): void {
  const set = document.getElementById('legend') as HTMLFieldSetElement;
  if (state.data.groups.length < 2) {
    set.remove();
    return;
  }
  state.data.groups.forEach((name, group) => {
    const label = document.createElement('label');
    const box = Object.assign(document.createElement('input'), { type: 'checkbox', checked: true });
    const swatch = document.createElement('i');
    swatch.className = `swatch g${group}`;
    box.addEventListener('change', () =>
      state.change(({ hidden }) => void (box.checked ? hidden.delete(group) : hidden.add(group))),
    );
    label.append(box, swatch, name);
    set.append(label);
  });
}

function smoothing(): void {
  const slider = document.getElementById('smoothing') as HTMLInputElement | null;
  slider?.addEventListener('input', () => {
    document.querySelector('output[for=smoothing]')!.textContent = Number(slider.value).toFixed(2);
    state.change((changed) => void (changed.smoothing = Number(slider.value)));
  });
}

function theme(): void {
  const root = document.documentElement;
  document.getElementById('theme')!.addEventListener('click', () => {
    root.dataset['theme'] = isDark() ? 'light' : 'dark';
    state.change(() => {});
    say(`${root.dataset['theme']} theme`);
  });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => state.change(() => {}));
}

function tables(): void {
  for (const button of document.querySelectorAll<HTMLButtonElement>('[data-table]'))
    button.addEventListener('click', () => offer(`${button.dataset['table']}.csv`, csvBlob(readTable(button.closest('table')!))));
}
