export function mapLinks(markdown: string, change: (target: string) => string): string;
export function isOutside(target: string): boolean;
export function resolveTarget(
  page: string,
  target: string,
): { path: string; anchor: string; isFolder: boolean } | { problem: string };
export function linkBetween(from: string, to: string): string;
export function anchorsOf(markdown: string): Set<string>;
export function slug(title: string): string;
