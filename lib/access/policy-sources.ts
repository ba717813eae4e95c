// Written by `npm run generate` (scripts/policy-sources.mjs). Do not edit.

/** Name and SHA-256 of each file that decides who may do what. */
export const POLICY_SOURCES: readonly (readonly [string, string])[] = [
  ["decide.ts", "ea0f81637488b360a1fb1b186c846c1546fec825f9714f66a493a637d36d63d7"],
  ["floor.ts", "58ced23b2a024dda93a25d754391f19e29ae75a8392bb3ef9b332cbe7f969357"],
  ["grant-cover.ts", "e22881997d10f5c393ba1a1d69eedef71225bf67f594239393485f6e7b152386"],
  ["purposes.ts", "3638618264cbff9ecdba7b220b7edc06cfc86842f2ffed51f28cb0c8b53b45c2"],
  ["cedar-schema.ts", "3cdc0f8b797f0b90c016559f390c9842695c44f33e0774a12ce00267bd8f6381"],
  ["cedar.ts", "616cad669ba34c5bc3b1a80b378375fc8eedf24354b851ea458f8d4a875d9dfa"],
  ["cedar-request.ts", "b64261525632b84ae0916ba54b8558ff5e0f1408decb70b6eca1df3d27311226"],
  ["engine.ts", "505d462253bde430d9502bbb6ac5ea49ec94bc6ab4b4f6f02fde0347fdfca94b"],
  ["explain.ts", "1758575d7eebf64d9e49685c52541bd98ac92da8b59312cadc3be70b12f8ce4c"],
  ["ordinary.ts", "7338defdac760ffce1b9dc3247e2077fac4c0eb97839423164be2e75a7d9e0be"],
  ["policy-document.ts", "aca6741f2a34484db7e2266dbfbb2c5f70d801c672f987d8eb3f8c4a57ff248c"],
  ["set-reads.ts", "17fbf71733c2239576719bfb966ec28fb41afaa4657a5091606f98bbfa10e3e4"],
  ["retention.ts", "22cbac6f26540ef6f3c60cf1008d201f708869eff1808726ed84c9b9ac49a8bf"],
  ["limits.ts", "62921cf745a479920dd8059a31c6c754c8e9ec839186a74e34059daba58452a3"],
  ["hours.ts", "741d9643319921b04a86749e3cc97b38cd64dbc0df8d5e28734285346182bfbb"],
  ["next-possible.ts", "3d800f810cc41ba5ba9f41056da0f532154d25ee4d629ff9e15f0f9ec8176780"],
  ["facts.ts", "91ebbb6341cb62a779766f876bb7c47666aee8d61f59bdcb05f74d334ab30010"],
  ["action-rules.ts", "725b33a53b68c507ee9c5347412c7795cf59ece394c92b8bb40ffddd908806eb"],
  ["action-facts.ts", "79e0e7a006253e49e1f130b113fd7accfba66eb2771e4a68ccf245ecf87ff654"],
  ["conflict-reasons.ts", "34751323132fb13ca4897006259ea444ec8ac3824c1ebfccfe137e57e97780c5"],
  ["transitions.ts", "12701218407b17bc7c4b33944891ee471794f6bae1a66d6ebfb9a3d9392d888d"],
  ["validity.ts", "3214b88e91257a53b3aaf08c9bb0fe26c4704ed66e5416a8116026ad8a52d005"],
  ["reason.ts", "c6580733a498690a12b84449d8079cd11487069c4529c81f5a6bb55ae9ea61ab"],
];
