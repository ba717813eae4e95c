import { expect, it } from "vitest";
import { DomainError } from "@/lib/errors";
import { UploadSlots } from "@/lib/rate-limit/upload-slots";

function opening() {
  let open: () => void = () => undefined;
  const done = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, done };
}

const refusal = async (run: Promise<unknown>) => {
  const error = await run.catch((thrown: unknown) => thrown);
  return error instanceof DomainError
    ? { code: error.code, status: error.status, after: error.retryAfterSeconds }
    : error;
};

it("uploads have places, some for each person and some for all, and a place comes back however its call ends", async () => {
  const slots = new UploadSlots({ all: 3, ofOnePerson: 2 });
  const { open, done } = opening();
  const held = [slots.hold("a", () => done), slots.hold("a", () => done)];
  expect(await refusal(slots.hold("a", () => done))).toEqual({
    code: "upload.too-many",
    status: 429,
    after: 5,
  });
  held.push(slots.hold("b", () => done));
  expect(await refusal(slots.hold("c", () => done))).toEqual({ code: "upload.busy", status: 503, after: 5 });
  open();
  await Promise.all(held);
  expect(
    await refusal(slots.hold("a", () => Promise.reject(new DomainError("document.type")))),
  ).toMatchObject({
    code: "document.type",
  });
  for (let again = 0; again < 4; again += 1) expect(await slots.hold("a", async () => again)).toBe(again);
});
