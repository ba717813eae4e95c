import { createHash } from "node:crypto";
import { expect, test } from "@playwright/test";
import { JPEG, PDF, pdfOf, pngWith, TIFF, zipEnd } from "@/lib/testing/benches/documents";
import { type People, people } from "../support/api";
import { deepUnless } from "../support/deep";
import { chooseFile, fillAsking, fillFacts, SOON, savedDraft } from "../support/filing";
import { newTransaction as anyTransaction, openForm } from "../support/filing-spec";
import { demo } from "../support/instance";
import { canaries, orderFacts, submitTransaction, text } from "../support/steps";

// Documents of the largest size arrive whole on every path: past proxy.ts, through the route, from the page. Files that are two types at
// once are refused.

const MB = 1_048_576;
const digest = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("base64url");

test.afterEach(async ({ browser }) => {
  for (const context of browser.contexts()) await context.close();
});

/** Returns the address for documents of a new draft of the regulator. */
async function draft(who: People): Promise<string> {
  const id = await submitTransaction(who.client456, canaries());
  const filed = await who.regulator.post("/confidential/access/requests", {
    purpose: "audit",
    justification: "Examination of the settlement named in the order",
    transactions: [id],
    fields: ["amount"],
  });
  expect(filed.status, filed.text).toBe(201);
  return `/confidential/access/requests/${text(filed, "id")}/authorizations`;
}

function form(bytes: Uint8Array, name = "order.pdf", type = "application/pdf"): RequestInit {
  const body = new FormData();
  body.set("facts", JSON.stringify(orderFacts()));
  body.set("document", new File([Uint8Array.from(bytes)], name, { type }));
  return { method: "POST", body };
}

for (const megabytes of [15, 20])
  test(`a document of ${megabytes} MB is accepted, and read again byte for byte${deepUnless(megabytes, 20)}`, async () => {
    const who = people(demo());
    const url = await draft(who);
    const bytes = pdfOf(megabytes * MB);
    const sent = await who.regulator.send(url, form(bytes));
    expect(sent.status, sent.text).toBe(201);
    expect(sent.json.document).toMatchObject({ sha256: digest(bytes), bytes: bytes.length });
    const read = await who.regulator.bytes(`${url}/${text(sent, "id")}/document`);
    expect(read.status).toBe(200);
    expect(digest(read.bytes)).toBe(digest(bytes));
  });

test("a document one byte above 20 MB is refused, and not attached @deep", async () => {
  const who = people(demo());
  const url = await draft(who);
  const sent = await who.regulator.send(url, form(pdfOf(20 * MB + 1)));
  expect(sent.status).toBe(413);
  expect((await who.regulator.get(url.replace("/authorizations", ""))).text).not.toContain("sha256");
});

test("files that have two types at once are refused with their name @deep", async () => {
  const who = people(demo());
  const url = await draft(who);
  const end = "\nstartxref\n9\n%%EOF\n";
  const hostile: readonly [Buffer, string, string, string][] = [
    [
      Buffer.concat([PDF.subarray(0, 80), zipEnd(end.length), Buffer.from(end)]),
      "order.pdf",
      "application/pdf",
      "archive",
    ],
    [Buffer.concat([JPEG, zipEnd(0)]), "scan.jpg", "image/jpeg", "archive"],
    [Buffer.concat([TIFF, Buffer.from("MZ")]), "scan.tif", "image/tiff", "followed"],
    [pngWith("<script>alert(1)</script>"), "scan.png", "image/png", "script"],
  ];
  for (const [bytes, name, type, reason] of hostile) {
    const sent = await who.regulator.send(url, form(bytes, name, type));
    expect(sent.status, sent.text).toBe(422);
    expect(sent.json).toMatchObject({ code: "document.polyglot", reason });
  }
  expect((await who.regulator.get(url.replace("/authorizations", ""))).text).not.toContain("sha256");
});

test("the page sends 20 MB, and shows what arrived and that it was not scanned @deep", async ({
  browser,
}) => {
  const { page } = await openForm(browser);
  await fillAsking(page, await anyTransaction(), "A large order");
  await fillFacts(page, { caseNumber: "MSO 20-20/26" });
  await chooseFile(page, { name: "large.pdf", mimeType: "application/pdf", buffer: pdfOf(20 * MB) });
  await savedDraft(page);
  await expect(page.getByText("as received, identical to your file")).toBeVisible(SOON);
  await expect(page.getByText("Not checked for malware")).toBeVisible();
  await chooseFile(
    page,
    {
      name: "two.pdf",
      mimeType: "application/pdf",
      buffer: Buffer.concat([PDF.subarray(0, 80), zipEnd(19), Buffer.from("\nstartxref\n9\n%%EOF\n")]),
    },
    "Replace",
  );
  await expect(page.getByText("“two.pdf” is also a ZIP archive.")).toBeVisible(SOON);
});
