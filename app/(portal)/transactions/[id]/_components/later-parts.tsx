"use client";

import { later } from "@/components/client/later";

// Parts of a transaction's page whose scripts are loaded after it.

/** The sealed fields, and what opens them. */
export const Fields = later(
  async () => (await import("@/app/(portal)/transactions/[id]/_components/opening/fields")).Fields,
);

/** The access that is in force now. */
export const AccessStrip = later(
  async () => (await import("@/app/(portal)/transactions/[id]/_components/access/access-strip")).AccessStrip,
);

/** The dialog in which a party says what is wrong, with its button. */
export const OpenDispute = later(async () => (await import("@/components/domain/open-dispute")).OpenDispute);
