import type { ReactNode } from "react";
import { Words } from "@/components/messages/words";
import { OpeningHost } from "@/components/opening/opening-host";

/** The texts of a request's page. */
export default function RequestLayout({ children }: { children: ReactNode }) {
  return (
    <Words namespaces={["review", "release", "opening"]}>
      <OpeningHost nowMs={Date.now()}>{children}</OpeningHost>
    </Words>
  );
}
