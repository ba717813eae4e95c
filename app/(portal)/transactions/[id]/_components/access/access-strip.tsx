"use client";

import { useOpeningHere } from "@/app/(portal)/transactions/[id]/_components/opening/opening-context";
import { AccessInForce } from "@/components/domain/access-in-force";
import type { WatchedGrant } from "@/components/domain/grant-watch";

/** Time and views left of the reader's grant, followed closely while something is open. */
export function AccessHere({ grant, nowMs }: { grant: WatchedGrant; nowMs: number }) {
  const { opened } = useOpeningHere();
  const isOpened = opened.items.some((one) => one.grant?.id === grant.id);
  return <AccessInForce grant={grant} nowMs={nowMs} isOpened={isOpened} />;
}

/** The same above the fields, where the facts are below them. */
export function AccessStrip(props: { grant: WatchedGrant; nowMs: number }) {
  return (
    <div className="mb-6 border-line-2 border-t pt-3 facts:hidden print:hidden">
      <AccessHere {...props} />
    </div>
  );
}
