import "server-only";
import { z } from "zod";

/** How a portal sends e-mail; without it none is sent. */
export const mailFields = {
  /** The operator's mail server, `smtp://user:password@host:587` (STARTTLS) or `smtps://…`. */
  SMTP_URL: z.url({ protocol: /^smtps?$/ }).optional(),
  /** The one plain address that e-mail comes from. */
  SMTP_FROM: z.string().min(1).optional(),
};

/** The same for the launcher, which hands them on unread. */
export const mailTexts = { SMTP_URL: z.string().min(1).optional(), SMTP_FROM: z.string().min(1).optional() };
