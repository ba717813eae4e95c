/**
 * Returns the end of a title in a row of similar tests. `npm test` runs those for the values named here, and `npm run test:deep` runs all.
 * A test that only the deep run includes has "@deep" in its title.
 */
export function deepUnless<T>(value: T, ...kept: readonly NoInfer<T>[]): "" | " @deep" {
  return kept.includes(value) ? "" : " @deep";
}
