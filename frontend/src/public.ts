import "./styles/public.scss";
import { startCountdown } from "./countdown";
import { mountIslands } from "./island";
import { islands } from "./islands";
import { startTheme } from "./theme";

startTheme();
startCountdown();
mountIslands(islands, document);
