export function sitePath(path: string): string;
export class Stage {
  constructor(folder: string | null);
  readonly problems: string[];
  readonly pages: Map<string, string>;
  withLinks(page: string, site: string, text: string): string;
}
