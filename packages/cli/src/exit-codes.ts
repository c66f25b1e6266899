/** What the process answers. Stable: scripts depend on it. */
export const EXIT = {
  finished: 0,
  /** The run failed: a MochiError while running, or a defect. */
  failed: 1,
  /** The command line, the config or what it names is wrong; nothing ran. */
  badInput: 2,
  /** Everything ran, but an evaluator failed: its metrics are missing. */
  evaluatorFailed: 3,
  /** Another process writes to the run folder; nothing ran. The same command later may do (EX_TEMPFAIL of sysexits.h). */
  busy: 75,
  /** Stopped by Ctrl-C; the state was saved. */
  interrupted: 130,
  /** Stopped by SIGTERM; the state was saved. */
  terminated: 143,
} as const;
