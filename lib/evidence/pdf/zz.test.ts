import { writeFileSync } from "node:fs";
import { test } from "vitest";
import { evidenceFixture, signedBy } from "@/lib/audit/bundle-verifier/evidence/evidence-fixture";
import { renderPdf } from "@/lib/evidence/pdf/render-pdf";

test("x", async () => {
  const { bytes } = await renderPdf(evidenceFixture(), {
    portal: "https://sealport.havel-clearing.example",
    sign: signedBy(),
    language: "en",
  });
  writeFileSync("/tmp/ev.pdf", bytes);
});
