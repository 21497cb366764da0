// The composer's page loads this behind desk.js.
import Sortable from "sortablejs";

window.Sortable = Sortable;
