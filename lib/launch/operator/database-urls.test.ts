import { execFileSync } from "node:child_process";
import { expect, it } from "vitest";
import { variableLine } from "@/lib/launch/operator/database-urls";

it("a database variable is read whole by a shell, also with options of the URL and a quote", () => {
  const url = "postgresql://a:b@db.example.org/x?sslmode=verify-full&sslrootcert=/etc/it's.pem";
  const script = `${variableLine("DATABASE_URL", url)}\nprintf %s "$DATABASE_URL"`;
  expect(execFileSync("bash", ["-c", script], { encoding: "utf8" })).toBe(url.replace("'", "%27"));
});
