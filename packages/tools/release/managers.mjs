// How each package manager is started, told to take our tarballs for every copy of our packages, and asked to run a program.

const file = (tarball) => `file:${tarball}`;
const tarballsOf = (packages) => Object.fromEntries(packages.map(({ name, tarball }) => [name, file(tarball)]));

export const managers = {
  npm: {
    command: ['npm'],
    // npm wants overrides of direct dependencies to point at those.
    manifest: (packages) => ({ overrides: Object.fromEntries(packages.map(({ name }) => [name, `$${name}`])) }),
    install: ['install', '--no-audit', '--no-fund', '--loglevel=error'],
    run: ['npx', '--no-install'],
  },
  pnpm: {
    command: ['npx', '--yes', 'pnpm@10.34.9'],
    manifest: (packages) => ({ pnpm: { overrides: tarballsOf(packages) } }),
    install: ['install', '--reporter=append-only', '--loglevel=error', '--strict-peer-dependencies'],
    run: ['npx', '--yes', 'pnpm@10.34.9', 'exec'],
  },
  yarn: {
    command: ['npx', '--yes', '@yarnpkg/cli-dist@4.18.1'],
    manifest: (packages) => ({ resolutions: tarballsOf(packages) }),
    files: { '.yarnrc.yml': 'nodeLinker: node-modules\nenableTelemetry: false\nenableGlobalCache: false\n', 'yarn.lock': '' },
    install: ['install'],
    run: ['npx', '--yes', '@yarnpkg/cli-dist@4.18.1', 'run'],
  },
  'yarn-classic': {
    command: ['npx', '--yes', 'yarn@1.22.22'],
    manifest: (packages) => ({ resolutions: tarballsOf(packages) }),
    install: ['install', '--non-interactive', '--silent'],
    run: ['npx', '--yes', 'yarn@1.22.22', '--silent', 'run'],
  },
};
