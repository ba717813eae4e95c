"use client";

import { later } from "@/components/client/later";

// Parts of the page of sign-in and security whose scripts are loaded after it.

/** Changes the password. */
export const PasswordForm = later(async () => (await import("./password-form")).PasswordForm);

/** The keys with which a person signs statements. */
export const StatementKeysSection = later(
  async () => (await import("./statement-keys/statement-keys-section")).StatementKeysSection,
);
