"use client";

import { later } from "@/components/client/later";

/** Changes the password. Its script is loaded after the page. */
export const PasswordForm = later(async () => (await import("./password-form")).PasswordForm);
