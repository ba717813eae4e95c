"use client";

import { later } from "@/components/client/later";

// Parts of a request's page whose scripts are loaded after it.

/** The order, as received and as typed. */
export const OrderSection = later(async () => (await import("./order/order-section")).OrderSection);

/** The decision next to the page. */
export const DecisionPanel = later(async () => (await import("./decision/decision-panel")).DecisionPanel);

/** On narrow screens, what leads to order and decision. */
export const ReadingBar = later(async () => (await import("./decision/reading-bar")).ReadingBar);

/** What is shown and signed before a decision is sent. */
export const DecideDialog = later(async () => (await import("./decision/decide-dialog")).DecideDialog);

/** The release of access by executives. */
export const ReleasePanel = later(async () => (await import("./release/release-panel")).ReleasePanel);

/** Why an executive cannot act on it. */
export const ReleaseRefused = later(async () => (await import("./release/release-panel")).ReleaseRefused);

/** How a requester's identity was checked. */
export const IdentityForm = later(async () => (await import("./acts/identity-form")).IdentityForm);
