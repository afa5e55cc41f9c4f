/* Loads what every page needs. Modules listen on the document, so parts that arrive later work by themselves. */
import "./net.js";
import "./menus.js";
import "./dialogs.js";
import "./toasts.js";
import "./palette.js";
import "./forms.js";
import "./converse.js";
import "./comments.js";
import "./mentions.js";
import "./picker.js";
import "./files.js";
import "./list.js";
import "./cells.js";
import "./peek.js";
import "./columns.js";
import "./board.js";
import "./tasks.js";
