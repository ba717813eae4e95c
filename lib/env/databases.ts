import { z } from "zod";

const Text = z.string().min(1).optional();

/** Where the launcher finds the operator's own database. Without DATABASE_URL it runs an embedded one. */
export const databaseTexts = {
  DATABASE_URL: Text,
  DATABASE_ADMIN_URL: Text,
  DATABASE_OWNER_URL: Text,
  SEQUENCER_DATABASE_URL: Text,
  SIGNER_DATABASE_URL: Text,
  RETENTION_DATABASE_URL: Text,
};
