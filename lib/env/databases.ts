import { z } from "zod";

const Text = z.string().min(1).optional();

/** Where the launcher finds a database of somebody else's; without DATABASE_URL it runs one of its own. */
export const databaseTexts = {
  DATABASE_URL: Text,
  DATABASE_ADMIN_URL: Text,
  DATABASE_OWNER_URL: Text,
  SEQUENCER_DATABASE_URL: Text,
  SIGNER_DATABASE_URL: Text,
  CUSTODIAN_DATABASE_URL: Text,
  JOBS_DATABASE_URL: Text,
};
