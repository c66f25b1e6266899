/** Colours of the theme in force, as the style has them: a saved picture cannot ask the style any more. */
export interface Colours {
  readonly text: string;
  readonly faint: string;
  readonly grid: string;
  readonly ground: string;
  readonly dark: boolean;
  readonly groups: readonly string[];
}

export function coloursNow(groups: number): Colours {
  const probe = document.createElement('i');
  document.body.append(probe);
  const computed = (colour: string): string => {
    probe.style.color = colour;
    return getComputedStyle(probe).color;
  };
  const group = (at: number): string => {
    probe.className = `g${at}`;
    return computed('var(--group)');
  };
  const [text, faint, grid, ground] = ['--text', '--faint', '--line', '--card'].map((name) => computed(`var(${name})`)) as [string, string, string, string]; // prettier-ignore
  const colours = { text, faint, grid, ground, dark: isDark(), groups: Array.from({ length: groups }, (_, at) => group(at)) };
  probe.remove();
  return colours;
}

export const isDark = (): boolean =>
  document.documentElement.dataset['theme'] === 'dark' ||
  (document.documentElement.dataset['theme'] !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
