import type { ReactNode } from "react";
import { Words } from "@/components/messages/words";
import { OpeningHost } from "@/components/opening/opening-host";

export default function CasesLayout({ children }: { children: ReactNode }) {
  return (
    <Words namespaces={["opening"]}>
      <OpeningHost nowMs={Date.now()}>{children}</OpeningHost>
    </Words>
  );
}
