// Holds what each package exports to the report that is kept beside it (packages/X/etc/X.api.md), so that a change of the public interface shows in a
// diff and is meant. Reads the declarations that were built.
//   node packages/tools/release/api-reports.mjs [--write] [PACKAGE ...]
import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Extractor, ExtractorConfig, ExtractorLogLevel } from '@microsoft/api-extractor';
import { published, root } from './pack.mjs';

const isWriting = process.argv.includes('--write');
const asked = process.argv.slice(2).filter((word) => word !== '--write');
const fresh = join(root, 'node_modules', '.cache', 'api-reports');
const none = { logLevel: ExtractorLogLevel.None, addToApiReportFile: false };

let differing = 0;
for (const { name, folder } of published()) {
  if (asked.length > 0 && !asked.includes(basename(folder))) continue;
  const { errorCount } = report(name, join(root, folder));
  if (errorCount > 0 || !isKept(basename(folder), join(root, folder, 'etc'))) {
    differing++;
    console.log(`${name}: what it exports differs from ${folder}/etc/${basename(folder)}.api.md`);
  }
}
if (differing > 0)
  console.log('Is the change meant? Then: node packages/tools/release/api-reports.mjs --write, and a changeset.');
process.exitCode = differing === 0 ? 0 : 1;

/** Whether the report that is kept says what the new one does; writing, it does from now on. */
function isKept(name, folder) {
  const [made, kept] = [fresh, folder].map((where) => join(where, `${name}.api.md`));
  if (existsSync(kept) && ordered(readFileSync(kept, 'utf8')) === ordered(readFileSync(made, 'utf8'))) return true;
  if (isWriting) copyFileSync(made, kept);
  return isWriting;
}

/** The lines of each export in alphabetical order: TypeScript prints members in the order in which it met them, which another build may change. */
function ordered(text) {
  return text
    .split('\n\n')
    .map((block) => block.split('\n').sort().join('\n'))
    .join('\n\n');
}

function report(name, folder) {
  const report = join(folder, 'etc');
  if (isWriting && !existsSync(report)) mkdirSync(report);
  const extractorConfig = ExtractorConfig.prepare({
    configObject: configOf(folder),
    configObjectFullPath: undefined,
    packageJsonFullPath: join(folder, 'package.json'),
  });
  return Extractor.invoke(extractorConfig, { localBuild: false, showVerboseMessages: false, messageCallback: quietly(name) });
}

/** Every export counts the same here: nothing is marked as alpha or beta, and what is documented is seen elsewhere. */
function configOf(folder) {
  return {
    projectFolder: folder,
    mainEntryPointFilePath: join(folder, 'dist', 'index.d.ts'),
    newlineKind: 'lf',
    compiler: { overrideTsconfig: { compilerOptions: { module: 'nodenext', target: 'es2022', lib: ['es2023', 'esnext.disposable'], types: ['node'], strict: true, skipLibCheck: true }, files: ['dist/index.d.ts'] } }, // prettier-ignore
    apiReport: { enabled: true, reportFolder: join(folder, 'etc'), reportTempFolder: fresh, reportFileName: basename(folder) }, // prettier-ignore
    docModel: { enabled: false },
    dtsRollup: { enabled: false },
    tsdocMetadata: { enabled: false },
    messages: {
      compilerMessageReporting: { default: { logLevel: 'error', addToApiReportFile: false } },
      extractorMessageReporting: { default: none },
      tsdocMessageReporting: { default: none },
    },
  };
}

/** Its notices about itself and about reports go unprinted: the exit code and the line above say it. */
function quietly(name) {
  return (message) => {
    message.handled = true;
    if (message.logLevel === ExtractorLogLevel.Error) console.log(`${name}: ${message.text}`);
  };
}
