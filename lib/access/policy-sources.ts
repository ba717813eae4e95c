// Written by `npm run generate` (scripts/policy-sources.mjs). Do not edit.

/** Name and SHA-256 of each file that decides who may do what. */
export const POLICY_SOURCES: readonly (readonly [string, string])[] = [
  ["decide.ts", "b13d73b6be1f59bfb746b718d2e5f7fb412d970484b9bc11b19242ef1e92a09d"],
  ["floor.ts", "5ae39ef58ab953ecc97dfa34b9b43cacb39363dd2da522261d5d36d5e5c97531"],
  ["default-rules.ts", "ea5aa585a4816b97bbcddf3d304d8614998c297b3eeb8167e5daa2a9fa7afb7d"],
  ["limits.ts", "f9e0e3d14fc0df452534ff1998baa0bfc9af5d8c901d450dbf4e44ef4858fd83"],
  ["hours.ts", "e8fc7e0bf413f3a89cd81001a0bfb46a16b05b4fe69b8952c9788ef3ec0c914d"],
  ["next-possible.ts", "0888315ba2bead05ea9a46ae8a922597ca7001e341525d8a25a99b72b844a8ce"],
  ["facts.ts", "acfec8d4705c0d5c334b246d5930a4214fae7f4ca4f2f741ef162b123da05361"],
  ["action-rules.ts", "c1a1faee836a804f02d65af730229c8eb6be0677cc6b1e23f3f2817c3e632b47"],
  ["action-facts.ts", "7dc140eeee37de1291f03bfcc5ef4649b8ea4744fc162037f75f83c5ecff3968"],
  ["conflict-reasons.ts", "4dff19e80e4ced5b424985df123fb1ffcc82082b3ba136ccf686ea68f2c83cc7"],
  ["transitions.ts", "5dce59e12532bbf8ed6f8524cf0f2a2840669b3b5fd022eee8f149b9b36d8a87"],
  ["validity.ts", "0717b5a7f12b6ef571e3ac37d0170844eef725859d75045bdfa3d9f071bbc8ec"],
  ["reason.ts", "bf1ef0963ae543b2a76a8b1b99df2a2139df283a09070c76c23c326489de5bf8"],
];
