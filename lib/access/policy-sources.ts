// Written by `npm run generate` (scripts/policy-sources.mjs). Do not edit.

/** Name and SHA-256 of each file that decides who may do what. */
export const POLICY_SOURCES: readonly (readonly [string, string])[] = [
  ["decide.ts", "12b2775e93748309f79a5b98918cba449c89061371a287a8bceb3df3b56d33b7"],
  ["floor.ts", "0638fec79488de434d314de251c71bfa5e05710e25c42aba52f1e0080657d769"],
  ["default-rules.ts", "571a892b6271d1af6a5ed0a6e4d74ca080ffde1abc8f965c7ff54eb9349d5257"],
  ["limits.ts", "a109a96db3591ecf4aa0b4072ddc253ea2f1bb88344d26b5503c07438ce52741"],
  ["hours.ts", "98bda174127cfa3cd45ce4d3c478df0338b22944693c8174a033e595a3d22674"],
  ["next-possible.ts", "236adba0a0f976283bedfbc114aaa5e90d4af56be45eeccdcb4326dd635889ce"],
  ["facts.ts", "ccce7495510d524c533554b4c50a1f62985db4b82d31fa70aea4e0fca5265827"],
  ["action-rules.ts", "6368b6bef40333085d72d9896e3a6bfef272203510fd53f28f0ed2522bffd345"],
  ["action-facts.ts", "d61cdab1ec59864decd813a3ba48a897ae5ca7a11bcd35938a139a740acf724e"],
  ["tie-reasons.ts", "889b3a9e460142cc325851d13c424e2667c00aac1fe28e696cea3a4f0e6e3d5e"],
  ["transitions.ts", "1b4a328c79794e9cd375c58d0fc12bad52f4641a38a512afc6a75c24e39b2afa"],
  ["validity.ts", "ee2aab80ef2c37f7a93e822c3130a3a084478e3b6485d3a7416b6e3dd9b1e1a3"],
  ["reason.ts", "315511fd658c5600385503feb4aaaadc70ce11135f9954bc4f439bf35fb8214e"],
];
