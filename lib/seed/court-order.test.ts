import { expect, test } from "vitest";
import { makeOrderPdf } from "./court-order";

const textOf = (line: string): string =>
  Buffer.from(makeOrderPdf({ title: "Order", lines: [line] })).toString();

test("an order keeps the letters of Latin-1 and is ASCII throughout", () => {
  const pdf = textOf("Issuer: Prüfverband Süd (Mitte)");
  expect(pdf).toContain("(Issuer: Pr\\374fverband S\\374d \\(Mitte\\)) Tj");
  expect(pdf).toContain("/Encoding /WinAnsiEncoding");
  expect(pdf).toMatch(/^[\n\x20-\x7e]*$/);
});

test("a letter that the font's encoding lacks is a question mark", () => {
  expect(textOf("Łódź 🙂")).toContain("(?\\363d? ?) Tj");
});
