// Written by `npm run generate` (scripts/policy-sources.mjs). Do not edit.

/** Name and SHA-256 of each file that decides who may do what. */
export const POLICY_SOURCES: readonly (readonly [string, string])[] = [
  ["decide.ts", "fe94e0c3811d24dd3c343fe637ee65d26f6f303d20a0f989eccd2f8a4744a0bd"],
  ["floor.ts", "0ffebb9119b62aeef91e2c124953be446fc81e33cb43d5d92f1527811c7bd2eb"],
  ["default-rules.ts", "d6579aa4acf037960cc29a88e0b208742fd25c56aac3128b84d181c7d3f3146b"],
  ["limits.ts", "1033415741799c1602c70fd73ca5ae063fb0870972f2b7491e16c44f90048ee0"],
  ["hours.ts", "2ea7848e5135908e81b61d0d062bf05310fe996b55bd62098819680de1c74e2b"],
  ["next-possible.ts", "f4aff7538eb59f53170aedcf2c0baa0d93d2c6479761276e4d33aaa029128075"],
  ["facts.ts", "91ebbb6341cb62a779766f876bb7c47666aee8d61f59bdcb05f74d334ab30010"],
  ["action-rules.ts", "1db6e5aa075e78369207ead5b08c5356ff69294ebcdf3894972818383b0dc2d6"],
  ["action-facts.ts", "1d6e7ef21e759b47b6a64f9d1c9b9be12cce1c31f1918bdaf0929a6bde25fe1a"],
  ["conflict-reasons.ts", "a33dfc4a10cfbc84de256d0075a8d4dd893c2af08bdbab0001d002a164778bad"],
  ["transitions.ts", "12701218407b17bc7c4b33944891ee471794f6bae1a66d6ebfb9a3d9392d888d"],
  ["validity.ts", "181c7838684e9137e1f21525797ff019030fa476e0041c7427a13e4cfdd881de"],
  ["reason.ts", "c6580733a498690a12b84449d8079cd11487069c4529c81f5a6bb55ae9ea61ab"],
];
