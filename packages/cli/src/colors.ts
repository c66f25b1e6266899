import { createColors } from 'picocolors';

/** Colours are for terminals, and for who asks by FORCE_COLOR. picocolors by itself colours any pipe where CI is set, and looks at standard output alone. */
const areWanted = (stream: NodeJS.WriteStream): boolean =>
  !process.env['NO_COLOR'] && (stream.isTTY || Boolean(process.env['FORCE_COLOR']));

/** Of what goes to standard output. */
export const outColors = createColors(areWanted(process.stdout));

/** Of what goes to standard error. */
export const errorColors = createColors(areWanted(process.stderr));
