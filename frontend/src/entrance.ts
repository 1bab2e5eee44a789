// Sign-in and error pages: the residents' small stylesheet and nothing but the theme.
import "./styles/public.scss";
import { startTheme } from "./theme";

startTheme();
