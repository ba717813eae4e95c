import "server-only";
import { Client } from "pg";

/** Runs one statement on its own connection, as the login in the URL. */
export async function queryAs(
  url: string,
  text: string,
  values: readonly unknown[] = [],
): Promise<Record<string, unknown>[]> {
  const connection = new Client({ connectionString: url });
  await connection.connect();
  try {
    return (await connection.query(text, [...values])).rows;
  } finally {
    await connection.end();
  }
}
