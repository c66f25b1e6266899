/** Colours of groups, told apart in both themes and by most people with a colour deficiency: Okabe and Ito's, darker and lighter as needed. */
const LIGHT = ['#0072b2', '#d55e00', '#008f68', '#b3468c', '#9a6b00', '#2b8fc9', '#c2343c', '#5b5bd6', '#5f6b76', '#4f7f12'];
const DARK = ['#5cb3f0', '#ff9a57', '#3fd0a4', '#f08fca', '#e6bd4a', '#8fd2ff', '#ff8a8f', '#a9a6ff', '#b3bec9', '#a5d65c'];

/** A pair for each group: in the light theme, in the dark one. Past ten, hues evenly apart. */
export const groupColours = (count: number): (readonly [light: string, dark: string])[] =>
  Array.from({ length: count }, (_, at) => {
    if (at < LIGHT.length) return [LIGHT[at]!, DARK[at]!] as const;
    const hue = Math.round((137.5 * at) % 360); // the golden angle: neighbours are far apart
    return [`hsl(${hue} 60% 40%)`, `hsl(${hue} 70% 70%)`] as const;
  });
