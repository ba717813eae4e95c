"use client";

import { Failure } from "@/components/layout/failure";

/** A page that failed, inside the shell: the places, find and the person menu stay. */
export default function PortalPageError({ error, retry }: { error: unknown; retry: () => void }) {
  return <Failure error={error} retry={retry} />;
}
