// Written by `npm run generate` (scripts/policy-sources.mjs). Do not edit.

/** Name and SHA-256 of each file that decides who may do what. */
export const POLICY_SOURCES: readonly (readonly [string, string])[] = [
  ["decide.ts", "e328662385da88865ef1f735984487ef0998e6819494099c210b22aa8f1c54c1"],
  ["floor.ts", "5ae39ef58ab953ecc97dfa34b9b43cacb39363dd2da522261d5d36d5e5c97531"],
  ["default-rules.ts", "aa3bbac365bed882c18f4020964aedae23669fa909d4afa4ca3cbb4d0078f821"],
  ["limits.ts", "90dcad6abe33b98ac5f0fcbd4761d8f7f35b2d2ef75b3960e435fa37a1385c08"],
  ["hours.ts", "98bda174127cfa3cd45ce4d3c478df0338b22944693c8174a033e595a3d22674"],
  ["next-possible.ts", "0888315ba2bead05ea9a46ae8a922597ca7001e341525d8a25a99b72b844a8ce"],
  ["facts.ts", "1719e2f2dbf8c63f7d9e8c679adc022e67d89bc5789dbfbedb62fdcde06a2603"],
  ["action-rules.ts", "06c40215cba628a623f5d3c29971f51688474410ac890fef89b5d7afc55fc236"],
  ["action-facts.ts", "75e953ea1254bd6a1762b95b5d5ab4f978feeb29d459733067be614fd012af32"],
  ["conflict-reasons.ts", "4dff19e80e4ced5b424985df123fb1ffcc82082b3ba136ccf686ea68f2c83cc7"],
  ["transitions.ts", "5dce59e12532bbf8ed6f8524cf0f2a2840669b3b5fd022eee8f149b9b36d8a87"],
  ["validity.ts", "db64b57322b360ecbc835d0a75f191fd6808a30747c52c6be5fdabeee4d12a4c"],
  ["reason.ts", "315511fd658c5600385503feb4aaaadc70ce11135f9954bc4f439bf35fb8214e"],
];
