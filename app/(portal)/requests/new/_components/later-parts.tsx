"use client";

import { later } from "@/components/client/later";

/** The form of a new request. Its script is loaded after the page, whose HTML shows it already. */
export const NewRequest = later(async () => (await import("./new-request")).NewRequest);
