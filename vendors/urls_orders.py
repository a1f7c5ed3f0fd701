"""Addresses of call-off orders and their amendments."""

from django.urls import path

from vendors.views import order_forms, orders

urlpatterns = [
    path("orders/", orders.OrderListView.as_view(), name="order_list"),
    path("orders/limits/", order_forms.LimitsListView.as_view(), name="limits_list"),
    path("orders/limits/new/", order_forms.LimitsCreateView.as_view(), name="limits_create"),
    path("projects/<str:ref>/orders/new/", order_forms.OrderCreateView.as_view(),
         name="order_create"),
    path("orders/<str:ref>/", orders.OrderDetailView.as_view(), name="order_detail"),
    path("orders/<str:ref>/edit/", order_forms.OrderEditView.as_view(), name="order_edit"),
    path("orders/<str:ref>/interests/", order_forms.DeclareView.as_view(), name="order_declare"),
    path("orders/<str:ref>/hand-over/", order_forms.HandOverView.as_view(),
         name="order_hand_over"),
    path("orders/<str:ref>/amend/", order_forms.AmendmentCreateView.as_view(),
         name="amendment_create"),
    path("orders/<str:ref>/do/<slug:step>/", orders.OrderStepView.as_view(), name="order_step"),
    path("amendments/<int:pk>/", orders.AmendmentDetailView.as_view(), name="amendment_detail"),
    path("amendments/<int:pk>/do/<slug:step>/", orders.AmendmentStepView.as_view(),
         name="amendment_step"),
]  # fmt: skip
