// Holds what each package exports to the report that is kept beside it (packages/X/etc/X.api.md), so that a change of the public interface shows in a
// diff and is meant. Reads the declarations that were built.
//   node packages/tools/release/api-reports.mjs [--write] [PACKAGE ...]
import { existsSync, mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Extractor, ExtractorConfig, ExtractorLogLevel } from '@microsoft/api-extractor';
import { published, root } from './pack.mjs';

const isWriting = process.argv.includes('--write');
const asked = process.argv.slice(2).filter((word) => word !== '--write');
const none = { logLevel: ExtractorLogLevel.None, addToApiReportFile: false };

let differing = 0;
for (const { name, folder } of published()) {
  if (asked.length > 0 && !asked.includes(basename(folder))) continue;
  const { errorCount, apiReportChanged } = report(name, join(root, folder));
  if (errorCount > 0 || (apiReportChanged && !isWriting)) {
    differing++;
    console.log(`${name}: what it exports differs from ${folder}/etc/${basename(folder)}.api.md`);
  }
}
if (differing > 0)
  console.log('Is the change meant? Then: node packages/tools/release/api-reports.mjs --write, and a changeset.');
process.exitCode = differing === 0 ? 0 : 1;

function report(name, folder) {
  const report = join(folder, 'etc');
  if (isWriting && !existsSync(report)) mkdirSync(report);
  const extractorConfig = ExtractorConfig.prepare({
    configObject: configOf(folder),
    configObjectFullPath: undefined,
    packageJsonFullPath: join(folder, 'package.json'),
  });
  return Extractor.invoke(extractorConfig, { localBuild: isWriting, showVerboseMessages: false, messageCallback: quietly(name) });
}

/** Every export counts the same here: nothing is marked as alpha or beta, and what is documented is seen elsewhere. */
function configOf(folder) {
  return {
    projectFolder: folder,
    mainEntryPointFilePath: join(folder, 'dist', 'index.d.ts'),
    newlineKind: 'lf',
    compiler: { overrideTsconfig: { compilerOptions: { module: 'nodenext', target: 'es2022', lib: ['es2023', 'esnext.disposable'], types: ['node'], strict: true, skipLibCheck: true }, files: ['dist/index.d.ts'] } }, // prettier-ignore
    apiReport: { enabled: true, reportFolder: join(folder, 'etc'), reportTempFolder: join(root, 'node_modules', '.cache', 'api-reports'), reportFileName: basename(folder) }, // prettier-ignore
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
