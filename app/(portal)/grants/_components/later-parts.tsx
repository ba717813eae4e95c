"use client";

import { later } from "@/components/client/later";

// Parts of a grant's page whose scripts are loaded after it.

/** Makes an export of what the grant has opened. */
export const MakeExport = later(async () => (await import("./make-export")).MakeExport);

/** Makes one file of everything that the grant has opened. */
export const EvidencePack = later(
  async () => (await import("@/components/opening/evidence-pack")).EvidencePack,
);
