import type { ReactNode } from "react";
import { Words } from "@/components/messages/words";

export default function DisputesLayout({ children }: { children: ReactNode }) {
  return <Words namespaces={["disputes"]}>{children}</Words>;
}
