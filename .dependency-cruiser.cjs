/** Which way arrows may point. `npm run layering` fails on any other. */
module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'Two files that need each other are one subject, or lack a third.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'src-knows-no-adapter',
      comment: 'Only the composition root knows both sides.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/compose\\.ts$' },
      to: { path: '^adapters/' },
    },
    {
      name: 'adapters-know-ports-and-domain-only',
      severity: 'error',
      from: { path: '^adapters/' },
      to: { path: '^src/', pathNot: '^src/(ports|domain)/' },
    },
    {
      name: 'adapters-do-not-know-each-other',
      severity: 'error',
      from: { path: '^adapters/(\\w+)/(\\w+)/' },
      to: { path: '^adapters/\\w+/\\w+/', pathNot: '^adapters/$1/$2/' },
    },
    {
      name: 'domain-is-pure',
      comment: 'The domain knows itself, zod and nothing else of ours.',
      severity: 'error',
      from: { path: '^src/domain/' },
      to: { path: '^(src|adapters|scripts)/', pathNot: '^src/domain/' },
    },
    {
      name: 'ports-know-domain-only',
      severity: 'error',
      from: { path: '^src/ports/' },
      to: { path: '^(src|adapters|scripts)/', pathNot: '^src/(ports|domain)/' },
    },
    {
      name: 'only-the-cli-knows-the-composition-root',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/cli/' },
      to: { path: '^src/compose\\.ts$' },
    },
    {
      name: 'simulators-are-peers',
      comment: 'A simulator shares words with the gateway, never machinery.',
      severity: 'error',
      from: { path: '^scripts/simulators/' },
      to: { path: '^(src/(?!domain/)|adapters/)' },
    },
    {
      name: 'nothing-ships-with-tests',
      severity: 'error',
      from: { path: '^(src|adapters|scripts)/' },
      to: { path: '^test/' },
    },
    {
      name: 'no-dev-dependencies-in-production',
      severity: 'error',
      from: { path: '^(src|adapters|scripts)/' },
      to: { dependencyTypes: ['npm-dev'], pathNot: 'node_modules/@types/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^dist/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
};
