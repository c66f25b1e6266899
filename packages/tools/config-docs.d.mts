export function configPage(): Promise<string>;
