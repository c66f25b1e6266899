export { ensureLibrary, findLibrary } from './ensure.js';
export { inspectLibrary, type LibraryReport } from './inspect.js';
export type { Look } from './look.js';
export type { InstallProgress, OnInstallProgress } from './progress.js';
export type { KeptFile, LibraryLocation, LibraryOptions, LibrarySource, PinnedWheel, Surroundings } from './types.js';
export { DownloadFailure, downloadFile, type FileDownload } from './download-archive.js';
export { isDiskFull } from './errors.js';
