package sandbox

// schemas are the request bodies of openapi.yaml.
type schemas struct {
	sync   schema[syncBody]
	create schema[groupBody]
	update schema[groupBody]
}

type syncBody struct{ Members []Member }

// groupBody is GroupCreate and GroupUpdate; "" is absent, since neither may be
// empty.
type groupBody struct{ Name, ExternalReferenceID string }

func newSchemas() schemas {
	return schemas{
		sync: schema[syncBody]{
			list("members", memberSchema(), func(b *syncBody) *[]Member { return &b.Members }),
		},
		create: groupSchema(true),
		update: groupSchema(false),
	}
}

func memberSchema() schema[Member] {
	return schema[Member]{
		text("reference_id", true, any255, func(m *Member) *string { return &m.ReferenceID }),
		text("first_name", true, any255, func(m *Member) *string { return &m.FirstName }),
		text("last_name", true, any255, func(m *Member) *string { return &m.LastName }),
		text("date_of_birth", true, isDate, func(m *Member) *string { return &m.DateOfBirth }),
		text("phone", true, isPhone, func(m *Member) *string { return &m.Phone }),
		text("plan_id", true, notEmpty, func(m *Member) *string { return &m.PlanID }),
		text("email", false, atMost(254), func(m *Member) *string { return &m.Email }),
		object("address", addressSchema(), func(m *Member) *Address { return &m.Address }),
	}
}

func addressSchema() schema[Address] {
	return schema[Address]{
		text("address_line_1", true, any255, func(a *Address) *string { return &a.Line1 }),
		text("address_line_2", false, anyText, func(a *Address) *string { return &a.Line2 }),
		text("city", true, any255, func(a *Address) *string { return &a.City }),
		text("state", true, isState, func(a *Address) *string { return &a.State }),
		text("zipcode", true, isZipcode, func(a *Address) *string { return &a.Zipcode }),
	}
}

func groupSchema(required bool) schema[groupBody] {
	return schema[groupBody]{
		text("name", required, any255, func(b *groupBody) *string { return &b.Name }),
		text("external_reference_id", required, any255, func(b *groupBody) *string { return &b.ExternalReferenceID }),
	}
}
