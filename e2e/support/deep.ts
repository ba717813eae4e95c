/**
 * Ends a test's title in a row of alike tests: `npm test` makes those that are named here, `npm run test:deep` all of them.
 * A test that is never in `npm test` has "@deep" in its title.
 */
export function deepUnless<T>(value: T, ...kept: readonly NoInfer<T>[]): "" | " @deep" {
  return kept.includes(value) ? "" : " @deep";
}
