"""Random metadata of Frappe and EspoCRM, sound and broken."""

from typing import Any

from hypothesis import strategies as st

FRAPPE_TYPES = [
    "Data",
    "Small Text",
    "Text",
    "Long Text",
    "Code",
    "Markdown Editor",
    "HTML Editor",
    "Text Editor",
    "Int",
    "Float",
    "Percent",
    "Currency",
    "Check",
    "Select",
    "Autocomplete",
    "Link",
    "Dynamic Link",
    "Table",
    "Table MultiSelect",
    "Date",
    "Datetime",
    "Time",
    "Duration",
    "Attach",
    "Attach Image",
    "Signature",
    "Color",
    "Rating",
    "Geolocation",
    "JSON",
    "Phone",
    "Barcode",
    "Icon",
    "Read Only",
    "Password",
    "Button",
    "HTML",
    "Image",
    "Section Break",
    "Column Break",
    "Tab Break",
    "Fold",
    "Heading",
    "Strange",
]
ESPO_TYPES = [
    "varchar",
    "base",
    "text",
    "wysiwyg",
    "url",
    "urlMultiple",
    "email",
    "phone",
    "enum",
    "enumInt",
    "multiEnum",
    "checklist",
    "array",
    "arrayInt",
    "jsonArray",
    "bool",
    "int",
    "float",
    "decimal",
    "currency",
    "currencyConverted",
    "date",
    "datetime",
    "datetimeOptional",
    "duration",
    "autoincrement",
    "number",
    "file",
    "image",
    "attachmentMultiple",
    "address",
    "personName",
    "barcode",
    "colorpicker",
    "password",
    "map",
    "rangeInt",
    "rangeCurrency",
    "link",
    "linkMultiple",
    "linkOne",
    "linkParent",
    "foreign",
    "strange",
]
NAMES = (
    "a",
    "b",
    "status",
    "name",
    "owner",
    "version",
    "number",
    "Ünlü",
    "счёт",
    "x" * 90,
    "1st",
    "naming_series",
    "parent",
)
ENTITIES = ("Car", "Account", "User", "Tax Row", "Kalip Thing", "Город", "x" * 90)
VALUES = (
    "",
    "Open",
    "Closed",
    "1",
    "0",
    "Bir iki",
    "新",
    "{x}",
    "it's",
    "CAR-.YYYY.-.##",
    "now",
    "__user",
    "#ffaa00",
    "3.5",
)

names, entities, values = map(st.sampled_from, (NAMES, ENTITIES, VALUES))
plain = st.none() | st.booleans() | st.integers(-5, 5) | values
noise = st.recursive(
    plain, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(names, inner, max_size=2), max_leaves=4
)
texts = st.text(max_size=12)
OPERATIONS = ("==", "!=", ">", "<=")
comparisons = st.builds("doc.{} {} '{}'".format, names, st.sampled_from(OPERATIONS), st.sampled_from(("Open", "1", "")))
evals = st.builds("eval:{} && (doc.{} || !{})".format, comparisons, names, comparisons)
conditions = st.none() | names | evals | st.builds("eval:doc.{}".format, names) | texts
options = st.none() | entities | names | st.lists(values, max_size=4).map("\n".join) | texts
flags = st.sampled_from((0, 1, "1", None))

doc_fields = st.fixed_dictionaries(
    {"fieldname": names, "fieldtype": st.sampled_from(FRAPPE_TYPES)},
    optional={
        "label": texts,
        "options": options,
        "default": values | plain,
        "reqd": flags,
        "unique": flags,
        "hidden": flags,
        "read_only": flags,
        "in_list_view": flags,
        "in_standard_filter": flags,
        "in_global_search": flags,
        "set_only_once": flags,
        "non_negative": flags,
        "fetch_if_empty": flags,
        "precision": plain,
        "length": plain,
        "depends_on": conditions,
        "mandatory_depends_on": conditions,
        "read_only_depends_on": conditions,
        "link_filters": noise,
        "fetch_from": st.builds("{}.{}".format, names, names),
        "description": texts,
    },
)
doctypes = st.fixed_dictionaries(
    {"doctype": st.just("DocType"), "name": entities, "fields": st.lists(doc_fields | noise, max_size=7)},
    optional={
        "istable": flags,
        "issingle": flags,
        "is_submittable": flags,
        "autoname": values
        | st.sampled_from(("field:a", "prompt", "hash", "format:{YYYY}-{a}-{###}", "naming_series:")),
        "title_field": names,
        "search_fields": st.builds("{},{}".format, names, names),
        "sort_field": names | st.just("modified"),
        "field_order": st.lists(names, max_size=5),
        "states": st.lists(st.fixed_dictionaries({"title": values, "color": values}), max_size=2),
        "links": st.lists(st.fixed_dictionaries({"link_doctype": entities, "link_fieldname": names}), max_size=2),
        "permissions": st.lists(
            st.fixed_dictionaries({"role": values | entities, "read": flags, "write": flags, "if_owner": flags}),
            max_size=3,
        ),
    },
)
workflows = st.fixed_dictionaries(
    {
        "doctype": st.just("Workflow"),
        "document_type": entities,
        "workflow_state_field": names,
        "states": st.lists(st.fixed_dictionaries({"state": values}), max_size=3),
        "transitions": st.lists(
            st.fixed_dictionaries(
                {
                    "state": values,
                    "next_state": values,
                    "action": values,
                    "allowed": entities,
                    "condition": texts | comparisons,
                }
            ),
            max_size=3,
        ),
    }
)

leaves = st.fixed_dictionaries(
    {
        "type": st.sampled_from(
            [
                "equals",
                "notEquals",
                "isEmpty",
                "isNotEmpty",
                "isTrue",
                "isFalse",
                "contains",
                "has",
                "in",
                "greaterThan",
                "startsWith",
                "isToday",
                "strange",
            ]
        ),
        "attribute": names | st.builds("{}Id".format, names),
    },
    optional={"value": values | st.lists(values, max_size=2)},
)
groups = st.recursive(
    leaves,
    lambda inner: st.fixed_dictionaries(
        {"type": st.sampled_from(("and", "or", "not")), "value": st.lists(inner, max_size=2)}
    ),
    max_leaves=4,
)
logic = st.fixed_dictionaries({"conditionGroup": st.lists(groups | noise, max_size=2)})
espo_fields = st.fixed_dictionaries(
    {"type": st.sampled_from(ESPO_TYPES)},
    optional={
        "options": st.lists(values, max_size=4),
        "default": noise,
        "required": st.booleans(),
        "readOnly": st.booleans(),
        "readOnlyAfterCreate": st.booleans(),
        "notStorable": st.booleans(),
        "isPersonalData": st.booleans(),
        "index": st.booleans(),
        "maxLength": plain,
        "min": plain,
        "max": plain,
        "pattern": texts,
        "prefix": texts,
        "padLength": plain,
        "entity": entities,
        "entityList": st.lists(entities, max_size=2),
        "link": names,
        "field": names,
        "start": names,
        "end": names,
        "style": st.dictionaries(values, st.sampled_from(("success", "danger", "x")), max_size=2),
        "optionsReference": st.builds("{}.{}".format, entities, names),
    },
)
espo_links = st.fixed_dictionaries(
    {"type": st.sampled_from(("belongsTo", "hasMany", "manyMany", "hasChildren", "hasOne", "belongsToParent"))},
    optional={"entity": entities, "foreign": names, "relationName": names},
)
definitions = st.fixed_dictionaries(
    {"fields": st.dictionaries(names, espo_fields, max_size=7)},
    optional={
        "links": st.dictionaries(names, espo_links, max_size=4),
        "collection": st.fixed_dictionaries(
            {"orderBy": names, "order": values, "textFilterFields": st.lists(names, max_size=3)}
        ),
        "indexes": st.dictionaries(
            names, st.fixed_dictionaries({"unique": st.booleans(), "columns": st.lists(names, max_size=2)}), max_size=2
        ),
    },
)
cells = st.fixed_dictionaries({"name": names | st.just("assignedUser")}) | noise
panels = st.fixed_dictionaries(
    {"rows": st.lists(st.lists(cells, max_size=3), max_size=3)},
    optional={"label": texts, "tabBreak": st.booleans(), "tabLabel": texts, "dynamicLogicVisible": logic},
)
espo_entities = st.fixed_dictionaries(
    {"entityDefs": definitions},
    optional={
        "logicDefs": st.fixed_dictionaries(
            {
                "fields": st.dictionaries(
                    names,
                    st.dictionaries(
                        st.sampled_from(("visible", "required", "readOnly", "readOnlySaved", "invalid")),
                        logic,
                        max_size=3,
                    ),
                    max_size=3,
                )
            }
        ),
        "scopes": st.fixed_dictionaries(
            {},
            optional={
                "statusField": names,
                "tab": st.booleans(),
                "duplicateCheckFieldList": st.lists(names, max_size=2),
            },
        ),
        "detail": st.lists(panels, max_size=3),
        "list": st.lists(cells, max_size=4),
        "kanban": st.lists(cells, max_size=3),
        "filters": st.lists(names, max_size=3),
        "words": st.fixed_dictionaries({"fields": st.dictionaries(names, texts, max_size=3)}),
    },
)
PATHS = {
    "detail": "layouts/{}/detail.json",
    "list": "layouts/{}/list.json",
    "kanban": "layouts/{}/kanban.json",
    "filters": "layouts/{}/filters.json",
    "words": "i18n/tr_TR/{}.json",
}

doctype_files = st.lists(doctypes | workflows | noise, max_size=5).map(
    lambda found: {f"app/{number}.json": each for number, each in enumerate(found)}
)
"""Files of an app of Frappe by path."""


def _by_path(found: dict[str, dict[str, Any]]) -> dict[str, Any]:
    return {
        PATHS.get(kind, f"metadata/{kind}/{{}}.json").format(name): data
        for name, kinds in found.items()
        for kind, data in kinds.items()
    }


entity_files = st.dictionaries(entities, espo_entities, max_size=4).map(_by_path)
"""Files of EspoCRM by path."""
any_files = st.dictionaries(
    st.builds(
        "x/{}/{}.json".format,
        st.sampled_from(("entityDefs", "scopes", "clientDefs", "logicDefs", "layouts/Car", "i18n/en_US", "doctype")),
        st.sampled_from(("Car", "Global", "detail", "list")),
    ),
    noise | st.dictionaries(st.sampled_from(("fields", "links", "doctype", "name", "dynamicLogic", "panels")), noise),
    max_size=6,
)
"""Any JSON at places where metadata lies."""
