export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}
export function countVitest(report: string | null, code: number | null): Counts;
export function countConformance(lastLine: string, code: number | null): Counts;
export function sum(all: Counts[]): Counts;
export function summaryOf(counts: Counts): string;
