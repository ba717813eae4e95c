import { useTranslations } from "next-intl";
import { LocalTime } from "@/components/ui/local-time";
import type { DisputeView } from "@/lib/disputes/schema";

/** What one participant wrote: the reason of the person who opened the dispute, and the newest comment. */
function Said({ dispute, participant }: { dispute: DisputeView; participant: string }) {
  const t = useTranslations("disputes.side");
  const isOpener = participant === dispute.party;
  const newest = dispute.notes.filter((note) => note.party === participant).at(-1);
  return (
    <div className="border-line border-b py-3">
      <h3 className="font-medium text-body">
        {participant}{" "}
        {isOpener ? <span className="ml-1 font-normal text-control text-ink-2">{t("openedIt")}</span> : null}
      </h3>
      {isOpener ? (
        <blockquote className="mt-1 whitespace-pre-wrap break-words text-body">{dispute.reason}</blockquote>
      ) : null}
      {newest === undefined ? null : (
        <>
          <p className="mt-2 text-note text-ink-2">
            {t.rich("lastNote", { time: () => <LocalTime instant={newest.at} form="minute" /> })}
          </p>
          <blockquote className="whitespace-pre-wrap break-words text-body">{newest.text}</blockquote>
        </>
      )}
      {isOpener || newest !== undefined ? null : (
        <p className="mt-1 text-control text-ink-2">{t("notYet")}</p>
      )}
    </div>
  );
}

/** The statements of both parties, next to the masked record. */
export function SaidColumn({ dispute }: { dispute: DisputeView }) {
  const others = dispute.participants.filter((participant) => participant !== dispute.party);
  return (
    <>
      {[dispute.party, ...others].map((participant) => (
        <Said key={participant} dispute={dispute} participant={participant} />
      ))}
    </>
  );
}
