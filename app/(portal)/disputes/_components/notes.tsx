import { useTranslations } from "next-intl";
import { NoteButton } from "@/app/(portal)/disputes/_components/note-button";
import { LocalTime } from "@/components/ui/local-time";
import { Section } from "@/components/ui/section";
import type { DisputeView } from "@/lib/disputes/schema";

/** All notes of the parties and support, oldest first, and the button for a new one. */
export function Notes({ dispute, isParty }: { dispute: DisputeView; isParty: boolean }) {
  const t = useTranslations("disputes.notes");
  const isOver = dispute.state === "resolved" || dispute.state === "withdrawn";
  return (
    <Section title={t("title")} count={dispute.notes.length}>
      {dispute.notes.length === 0 ? <p className="py-3 text-control text-ink-2">{t("none")}</p> : null}
      <ol>
        {dispute.notes.map((note) => (
          <li key={note.id} className="border-line border-b py-3">
            <p className="flex flex-wrap items-baseline justify-between gap-x-4 text-control">
              <span className="font-medium">
                {note.by.name} <span className="font-normal text-ink-2">{note.party ?? t("support")}</span>
              </span>
              <span className="text-ink-3">
                <LocalTime instant={note.at} form="minute" />
              </span>
            </p>
            <p className="mt-1 max-w-[720px] whitespace-pre-wrap break-words text-body">{note.text}</p>
          </li>
        ))}
      </ol>
      {dispute.acts.includes("note") ? <NoteButton disputeId={dispute.id} isParty={isParty} /> : null}
      {isOver ? <p className="mt-3 text-control text-ink-2">{t("over")}</p> : null}
    </Section>
  );
}
