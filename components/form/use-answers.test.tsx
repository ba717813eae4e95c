// @vitest-environment happy-dom
import { screen } from "@testing-library/react";
import { expect, it } from "vitest";
import { z } from "zod";
import { AreaField } from "@/components/form/fields";
import { FormFrame } from "@/components/form/form-frame";
import { faultsBy, useAnswers } from "@/components/form/use-answers";
import { show } from "@/lib/testing/components";

const Note = z.object({ reason: z.string().min(1) });

/** A form whose schema is loaded by `load`; what it sends is collected in `sent`. */
function NoteForm({ load, sent }: { load: () => Promise<typeof Note>; sent: object[] }) {
  const form = useAnswers({
    id: "note",
    initial: { reason: "" },
    words: { reason: { label: "Reason", missing: "Enter the reason" } },
    check: (answers) => faultsBy(load, answers),
    controlOf: () => "reason",
    send: async (answers) => {
      sent.push(answers);
    },
    onDone: () => undefined,
    focus: "control",
  });
  return (
    <FormFrame form={form} failed="The note was not added" submit="Add">
      <AreaField form={form} name="reason" />
    </FormFrame>
  );
}

const reason = () => screen.getByLabelText("Reason");
const send = () => screen.getByRole("button", { name: "Add" });

it("a form whose schema cannot be loaded says so, keeps the text, and is sent when it can be loaded", async () => {
  const sent: object[] = [];
  let isLost = true;
  const load = async () => {
    if (isLost) throw Object.assign(new Error("chunk 7"), { name: "ChunkLoadError" });
    return Note;
  };
  const { user } = show(<NoteForm load={load} sent={sent} />);
  await user.type(reason(), "Examination");
  await user.click(send());
  expect(await screen.findByText(/A part of this page could not be loaded/)).toBeDefined();
  expect([sent, reason()]).toEqual([[], expect.objectContaining({ value: "Examination" })]);
  isLost = false;
  await user.click(send());
  await expect.poll(() => sent).toEqual([{ reason: "Examination" }]);
});

it("what is typed while the schema loads is checked and sent", async () => {
  const sent: object[] = [];
  let arrive: (schema: typeof Note) => void = () => undefined;
  const schema = new Promise<typeof Note>((resolve) => {
    arrive = resolve;
  });
  const { user } = show(<NoteForm load={() => schema} sent={sent} />);
  await user.click(send());
  await user.type(reason(), "Examination");
  arrive(Note);
  await expect.poll(() => sent).toEqual([{ reason: "Examination" }]);
});
