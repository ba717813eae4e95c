import type { ReactNode } from "react";
import { Words } from "@/components/messages/words";

export default function SealLayout({ children }: { children: ReactNode }) {
  return <Words namespaces={["administration.seal"]}>{children}</Words>;
}
